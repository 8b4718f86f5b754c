#version 330
// One strand vertex: a ribbon that turns its flat side to whoever looks.
uniform mat4 camera;
uniform mat4 head;
uniform vec3 viewer;   // a place, or with viewer_far a direction
uniform float viewer_far;
uniform float widen;
uniform vec3 centre;   // of the skull
in vec3 position;
in vec3 tangent;
in vec4 strand;        // side, width, random, share of length
out vec3 world;
out vec3 along;
out vec3 outward;
out vec2 tint;

invariant gl_Position;

void main() {
    world = (head * vec4(position, 1.0)).xyz;
    along = normalize(mat3(head) * tangent);
    outward = normalize(mat3(head) * (position - centre));
    vec3 to = mix(normalize(viewer - world), viewer, viewer_far);
    vec3 across = normalize(cross(along, to));
    world += across * strand.x * strand.y * widen;
    tint = strand.zw;
    gl_Position = camera * vec4(world, 1.0);
}
