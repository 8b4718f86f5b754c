#version 330
// Shared by all surfaces: the dome of shadowed lights, noise, and what a person looks like.
#define DOME 8
uniform mat4 dome_matrix[DOME];
uniform vec3 dome_direction[DOME];
uniform vec3 dome_colour[DOME];
uniform sampler2DShadow dome_map;
uniform mat4 key_matrix;
uniform vec3 key_direction;
uniform vec3 key_colour;
uniform sampler2DShadow key_map;

float hash(vec3 p) {
    p = fract(p * vec3(0.1031, 0.1030, 0.0973));
    p += dot(p, p.yxz + 33.33);
    return fract((p.x + p.y) * p.z);
}

float noise(vec3 p) {
    vec3 i = floor(p), f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    vec2 o = vec2(0.0, 1.0);
    return mix(mix(mix(hash(i), hash(i + o.yxx), f.x), mix(hash(i + o.xyx), hash(i + o.yyx), f.x), f.y),
               mix(mix(hash(i + o.xxy), hash(i + o.yxy), f.x), mix(hash(i + o.xyy), hash(i + o.yyy), f.x), f.y), f.z);
}

float fbm(vec3 p) { return 0.5 * noise(p) + 0.3 * noise(p * 2.1) + 0.2 * noise(p * 4.3); }

// Share of one dome light that arrives: the atlas is 4 tiles by 2.
float dome_visible(int i, vec3 world) {
    vec3 p = (dome_matrix[i] * vec4(world, 1.0)).xyz * 0.5 + 0.5;
    if (any(greaterThan(abs(p.xy - 0.5), vec2(0.495)))) return 1.0;
    vec2 tile = vec2(float(i % 4), float(i / 4));
    return texture(dome_map, vec3((clamp(p.xy, 0.004, 0.996) + tile) / vec2(4.0, 2.0), p.z - 0.004));
}

// A wide light: a rotated disc of taps.
float key_visible(vec3 world, float spread) {
    vec3 p = (key_matrix * vec4(world, 1.0)).xyz * 0.5 + 0.5;
    if (any(greaterThan(abs(p.xy - 0.5), vec2(0.49)))) return 1.0;
    float angle = 6.2832 * hash(vec3(gl_FragCoord.xy, 1.0)), sum = 0.0;
    for (int i = 0; i < 7; i++) {
        float r = sqrt((float(i) + 0.5) / 7.0) * spread, a = angle + 2.39996 * float(i);
        sum += texture(key_map, vec3(p.xy + r * vec2(cos(a), sin(a)), p.z - 0.003));
    }
    return sum / 7.0;
}

// Light scatters under skin, red furthest: wrap each channel by its own width.
vec3 wrapped(float cosine, vec3 width) { return clamp((cosine + width) / ((1.0 + width) * (1.0 + 0.5 * width)), 0.0, 1.0); }

vec3 dome_light(vec3 world, vec3 n, vec3 width) {
    vec3 sum = vec3(0.0);
    for (int i = 0; i < DOME; i++)
        sum += dome_colour[i] * dome_visible(i, world) * wrapped(dot(n, dome_direction[i]), width);
    return sum;
}

// Height of the shirt's edge: neckline 0 crew, 1 V, 2 high. The base mesh's arms are raised, so shoulders always stay covered.
float collar(vec3 rest, float neckline) {
    float x = abs(rest.x);
    float front = smoothstep(-0.4, 1.0, rest.z);
    float crew = 5.60 - 0.22 * front * (1.0 - smoothstep(0.2, 0.7, x));
    float vee = rest.z > 0.1 ? mix(4.9, 5.66, clamp(x / 0.62, 0.0, 1.0)) : 5.66;
    float y = neckline < 0.5 ? crew : (neckline < 1.5 ? vee : 5.98);
    return y + 2.0 * smoothstep(0.66, 0.80, x);
}
