#version 330
uniform mat4 camera;
in vec3 position;
in vec3 normal;
in vec4 rest_material;
in vec4 masks;
out vec3 world;
out vec3 world_normal;
out vec3 rest;
out vec4 mask;
flat out int material;

invariant gl_Position;

void main() {
    world = position;
    world_normal = normal;
    rest = rest_material.xyz;
    material = int(rest_material.w + 0.5);
    mask = masks;
    gl_Position = camera * vec4(position, 1.0);
}
