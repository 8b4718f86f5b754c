uniform float neckline;
uniform float lashes;   // 0: none, as for shadows
in vec3 rest;
flat in int material;

void main() {
    if (material == 4 && (rest.y < 7.276 || hash(floor(vec3(rest.x * 190.0, 1.0, 2.0))) > 0.55 * lashes)) discard;
    if (material == 1 && lashes <= 0.0) discard;          // eyes lie tight behind the lids
    if (material == 5 && rest.y > collar(rest, neckline)) discard;
}
