// Hair after Kajiya and Kay (1989), with two shifted highlights.
uniform vec3 hair;
uniform float grey;
in vec3 world;
in vec3 along;
in vec3 outward;
in vec2 tint;
out vec4 colour;

float lobe(vec3 t, vec3 h, float power) {
    float d = dot(t, h);
    return pow(max(1.0 - d * d, 0.0), power * 0.5);
}

void main() {
    vec3 v = normalize(-world), t = normalize(along);
    float r = fract(tint.x * 7.13);
    vec3 base = hair * (0.65 + 0.7 * r);
    base = mix(base, vec3(0.55), step(fract(tint.x * 31.7), grey));
    vec3 n = normalize(outward + 0.25 * v);
    vec3 lit = vec3(0.0);
    for (int i = 0; i < DOME; i += 2)
        lit += 2.0 * dome_colour[i] * dome_visible(i, world + 0.05 * outward) * wrapped(dot(n, dome_direction[i]), vec3(0.4));
    float visible = key_visible(world + 0.04 * outward, 0.010);
    float sine = sqrt(max(1.0 - pow(dot(t, key_direction), 2.0), 0.0));
    lit += key_colour * visible * (0.25 + 0.75 * sine) * wrapped(dot(n, key_direction), vec3(0.3));
    vec3 h = normalize(v + key_direction);
    float shine = 0.10 * lobe(normalize(t + 0.08 * n), h, 90.0) + 0.10 * lobe(normalize(t - 0.12 * n), h, 26.0) * r;
    float deep = mix(0.45, 1.0, smoothstep(0.0, 0.45, tint.y));
    colour = vec4((base * deep + shine * deep * sqrt(base)) * lit, 1.0);
}
