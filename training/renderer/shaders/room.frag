#version 330
uniform sampler2D room;
in vec2 at;
out vec4 colour;

void main() { colour = vec4(texture(room, at).rgb, 1.0); }
