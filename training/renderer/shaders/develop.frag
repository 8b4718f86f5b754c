#version 330
// Supersampled light to a camera's picture: falloff to the corners, film curve, gamma.
uniform sampler2D light;
uniform float exposure;
uniform vec2 size;  // of one final pixel
in vec2 at;
out vec4 colour;

void main() {
    vec2 texel = 0.25 * size;
    vec3 c = vec3(0.0);
    for (int i = 0; i < 4; i++) {
        vec3 tap = texture(light, at + texel * vec2(float(i % 2) * 2.0 - 1.0, float(i / 2) * 2.0 - 1.0)).rgb;
        c += 0.25 * (1.0 - exp(-exposure * tap));
    }
    c *= 1.0 - 0.28 * pow(length((at - 0.5) * vec2(1.2, 1.0)), 2.4);
    colour = vec4(pow(c, vec3(1.0 / 2.2)), 1.0);
}
