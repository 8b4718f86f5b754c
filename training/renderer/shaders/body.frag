// Skin, eyes, teeth, tongue, lashes and shirt, painted in the base mesh's own space (decimetres).
uniform vec3 skin;
uniform vec3 lip;
uniform vec3 hair;
uniform vec3 iris;
uniform vec3 shirt;
uniform vec3 trim;
uniform vec4 brow;      // thickness, strength, lift, tail
uniform vec4 face;      // stubble, age, hairline lift, freckles
uniform vec4 cloth;     // neckline (0 crew, 1 V, 2 high), stripes, lashes, blush
uniform vec4 crease_a;  // forehead, frown, nose, crow's feet
uniform vec4 crease_b;  // nasolabial left, right, under the eyes, chin
in vec3 world;
in vec3 world_normal;
in vec3 rest;
in vec4 mask;
flat in int material;
out vec4 colour;

float line(vec2 p, vec2 a, vec2 b, float width) {
    vec2 d = b - a;
    float t = clamp(dot(p - a, d) / dot(d, d), 0.0, 1.0);
    float away = length(p - a - d * t) / width;
    return exp(-away * away) * smoothstep(0.0, 0.25, t) * smoothstep(1.0, 0.7, t);
}

float creases() {
    vec2 p = vec2(abs(rest.x), rest.y);
    float front = smoothstep(0.75, 1.05, rest.z);
    float wobble = 0.03 * (noise(vec3(rest.xy * 5.0, 1.0)) - 0.5);
    float rows = pow(0.5 + 0.5 * cos(6.2832 * (p.y + wobble + 0.12 * p.x * p.x - 7.70) / 0.088), 5.0);
    float c = 0.75 * crease_a.x * rows * smoothstep(7.62, 7.68, p.y) * smoothstep(7.92, 7.84, p.y) * smoothstep(0.5, 0.3, p.x);
    c += crease_a.y * line(p, vec2(0.045, 7.36), vec2(0.062, 7.60), 0.013);
    c += 0.6 * crease_a.y * line(p, vec2(0.0, 7.40), vec2(0.13, 7.37), 0.014);
    for (int i = 0; i < 3; i++) {
        float y = 7.24 + 0.055 * float(i);
        c += 0.7 * crease_a.z * line(p, vec2(-0.02, y), vec2(0.12, y - 0.07), 0.011);
        c += 0.55 * crease_a.w * line(p, vec2(0.515, 7.27 + 0.02 * float(i - 1)), vec2(0.63, 7.26 + 0.065 * float(i - 1)), 0.008);
    }
    float side = rest.x > 0.0 ? crease_b.x : crease_b.y;
    c += side * max(line(p, vec2(0.155, 7.02), vec2(0.285, 6.86), 0.019), line(p, vec2(0.26, 6.90), vec2(0.335, 6.66), 0.019));
    c += 0.6 * crease_b.z * line(p, vec2(0.17, 7.20), vec2(0.43, 7.15), 0.016);
    c += 0.6 * crease_b.w * line(p, vec2(-0.05, 6.47), vec2(0.16, 6.45), 0.016);
    return clamp(c * front, 0.0, 1.0);
}

float brow_hair() {
    vec2 p = vec2(abs(rest.x), rest.y - brow.z);
    float t = (p.x - 0.088) / (0.462 + 0.05 * brow.w);
    float middle = 7.530 + 0.045 * smoothstep(0.0, 0.62, t) - 0.085 * smoothstep(0.58, 1.05, t);
    float thick = brow.x * mix(1.0, 0.35, smoothstep(0.45, 1.0, t)) * smoothstep(-0.06, 0.10, t);
    float strands = noise(vec3(p.x * 70.0 - (p.y - middle) * 60.0 * (1.0 - t), p.y * 55.0, sign(rest.x)));
    float edge = abs(p.y - middle) / thick + 0.5 * (strands - 0.5);
    float ends = smoothstep(-0.02, 0.06, t) * smoothstep(1.03, 0.9, t);
    return smoothstep(1.05, 0.55, edge) * ends * smoothstep(0.5, 0.8, rest.z) * brow.y * (0.75 + 0.4 * strands);
}

float hair_line() { return 7.16 + 0.74 * smoothstep(0.60, 1.18, rest.z) + face.z * smoothstep(0.6, 1.1, rest.z); }

float scalp() {
    float ear = smoothstep(0.74, 0.80, abs(rest.x)) * smoothstep(7.50, 7.40, rest.y) * smoothstep(-0.1, 0.05, rest.z);
    float back = smoothstep(0.22, 0.10, rest.z) * smoothstep(6.55, 6.75, rest.y);
    float line_y = hair_line() + 0.05 * (noise(rest * 22.0) - 0.5);
    return max(smoothstep(-0.03, 0.06, rest.y - line_y), back) * (1.0 - ear);
}

float beard_area() {
    float jaw = smoothstep(7.02, 6.80, rest.y + 0.25 * abs(abs(rest.x) - 0.2)) * smoothstep(6.0, 6.25, rest.y + 0.3 * rest.z - 0.2);
    float side = smoothstep(0.35, 0.6, rest.z) * smoothstep(7.1, 6.8, rest.y);
    float cheek = smoothstep(0.0, 0.12, 0.42 * rest.y - 2.72 + 0.0) * smoothstep(0.22, 0.36, abs(rest.x)) * smoothstep(0.62, 0.45, abs(rest.x));
    float moustache = smoothstep(6.72, 6.78, rest.y) * smoothstep(6.93, 6.86, rest.y) * smoothstep(0.34, 0.24, abs(rest.x));
    float chin = smoothstep(6.74, 6.60, rest.y);
    return clamp(max(max(chin, moustache), side * smoothstep(0.40, 0.56, abs(rest.x)) * jaw), 0.0, 1.0) * side;
}

vec3 light(vec3 n, vec3 width, float spread) {
    float visible = key_visible(world, spread);
    vec3 soft = vec3(pow(visible, 0.8), visible, pow(visible, 1.1));
    return dome_light(world, n, width) + key_colour * soft * wrapped(dot(n, key_direction), width);
}

float gloss(vec3 n, vec3 v, float power) {
    float a = pow(max(dot(n, normalize(v + key_direction)), 0.0), power);
    float b = pow(max(dot(n, normalize(v + vec3(0.1, 0.35, 0.93))), 0.0), power);
    return a + 0.5 * b;
}

vec3 skin_colour(vec3 n, vec3 v) {
    float tone = fbm(rest * 9.0);
    float lips = smoothstep(0.25, 0.75, mask.x);
    vec3 base = skin * (0.90 + 0.2 * tone);
    float cheek = exp(-pow(length((vec2(abs(rest.x), rest.y) - vec2(0.42, 6.98)) / vec2(0.22, 0.2)), 2.0));
    float nose = exp(-pow(length((rest.xy - vec2(0.0, 7.0)) / vec2(0.16, 0.13)), 2.0));
    base = mix(base, base * vec3(1.06, 0.80, 0.78), clamp(cloth.w * (cheek + 0.8 * nose) + 0.5 * mask.w, 0.0, 1.0));
    base *= 1.0 - 0.35 * face.w * smoothstep(0.62, 0.75, noise(rest * 26.0)) * smoothstep(0.9, 1.1, rest.z);
    base *= 1.0 - 0.16 * mask.z * (1.0 - lips);
    float stubble = beard_area() * face.x;
    base = mix(base, mix(base * 0.55, hair, 0.5) * (0.7 + 0.5 * noise(rest * 90.0)), stubble * (1.0 - lips));
    base = mix(base, lip * (0.85 + 0.3 * noise(vec3(rest.x * 60.0, rest.y * 12.0, 1.0))), lips * 0.85);
    base = mix(base, vec3(0.20, 0.045, 0.04), smoothstep(0.3, 0.9, mask.y));
    float crease = creases();
    base *= mix(vec3(1.0), vec3(0.50, 0.38, 0.36), crease);
    float brows = clamp(brow_hair(), 0.0, 1.0);
    base = mix(base, hair * 0.7, brows);
    base = mix(base, hair * 0.7, scalp() * 0.92);
    vec3 shine = vec3(gloss(n, v, 14.0) * 0.045 + gloss(n, v, 60.0) * 0.10 * mix(1.0, 2.0, lips));
    float rim = pow(1.0 - max(dot(n, v), 0.0), 4.0);
    vec3 lit = light(n, vec3(0.38, 0.20, 0.14), 0.011);
    return base * lit + (shine * (0.5 + 0.5 * tone) + 0.05 * rim) * lit * (1.0 - 0.8 * scalp()) * (1.0 - 0.9 * brows) * (1.0 - crease) * (1.0 - mask.y);
}

vec3 eye_colour(vec3 n, vec3 v) {
    float from_axis = length(rest.xy) / 0.138;
    vec3 white = vec3(0.80, 0.77, 0.75) * (1.0 - 0.25 * smoothstep(0.5, 1.0, from_axis));
    float angle = atan(rest.y, rest.x);
    vec3 ring = iris * (0.55 + 0.9 * noise(vec3(angle * 9.0, from_axis * 8.0, 2.0)));
    float r = from_axis / 0.47;
    vec3 c = mix(ring * mix(1.25, 0.35, smoothstep(0.7, 1.0, r)), white, smoothstep(0.94, 1.06, r));
    c = mix(vec3(0.008), c, smoothstep(0.36, 0.44, r));
    vec3 lit = light(n, vec3(0.3), 0.010);
    float glint = smoothstep(0.975, 0.99, dot(n, normalize(v + key_direction))) + 0.6 * smoothstep(0.985, 0.995, dot(n, normalize(v + vec3(0.1, 0.35, 0.93))));
    return c * lit * 1.05 + glint * 0.75;
}

vec3 teeth_colour(vec3 n, vec3 v) {
    float arc = atan(rest.x, max(rest.z - 0.95, 0.02) * 0.75);
    float gap = smoothstep(0.86, 1.0, abs(sin(arc * 7.2 + 1.5708 * step(rest.y, 6.66) * 0.3)));
    float gum = rest.y > 6.66 ? smoothstep(6.735, 6.76, rest.y) : smoothstep(6.57, 6.54, rest.y);
    vec3 c = mix(vec3(0.86, 0.81, 0.70) * (1.0 - 0.4 * gap), vec3(0.45, 0.16, 0.15), gum);
    return c * light(n, vec3(0.5), 0.012) * 1.7 + 0.12 * gloss(n, v, 40.0);
}

vec3 cloth_colour(vec3 n) {
    float edge = collar(rest, cloth.x), weave = 0.3 + 0.4 * noise(rest * 45.0);
    vec3 fabric = shirt * (0.85 + 0.3 * weave);
    fabric = mix(fabric, trim, smoothstep(edge - 0.08, edge - 0.07, rest.y) * step(cloth.x, 1.5));
    if (cloth.y > 0.5) fabric = mix(fabric, trim, step(0.55, fract(rest.y * cloth.y)));
    n = normalize(n + 0.3 * (vec3(noise(rest * 4.0), noise(rest * 4.0 + 7.0), 0.5) - 0.5));
    vec3 lit = key_colour * key_visible(world, 0.014) * wrapped(dot(n, key_direction), vec3(0.15));
    for (int i = 1; i < DOME; i += 2)
        lit += 2.0 * dome_colour[i] * dome_visible(i, world) * wrapped(dot(n, dome_direction[i]), vec3(0.15));
    return fabric * lit;
}

void main() {
    vec3 n = normalize(world_normal), v = normalize(-world);
    vec3 c;
    if (material == 0) c = skin_colour(n, v);
    else if (material == 1) c = eye_colour(n, v);
    else if (material == 2) c = teeth_colour(n, v);
    else if (material == 3) c = vec3(0.42, 0.14, 0.13) * light(n, vec3(0.3), 0.012);
    else if (material == 4) c = hair * 0.15 * light(n, vec3(0.5), 0.01) + 0.003;
    else c = cloth_colour(n);
    colour = vec4(c, 1.0);
}
