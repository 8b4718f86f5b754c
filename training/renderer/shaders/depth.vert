#version 330
uniform mat4 camera;
in vec3 position;
in vec4 rest_material;
out vec3 rest;
flat out int material;

invariant gl_Position;

void main() {
    rest = rest_material.xyz;
    material = int(rest_material.w + 0.5);
    gl_Position = camera * vec4(position, 1.0);
}
