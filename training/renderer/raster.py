"""The renderer: OpenGL without a window, a dome of eight shadowed lights and one wide key light.

Needs an EGL driver; a software one (Mesa's llvmpipe) is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from training.errors import DatasetError
from training.renderer.light import Light, dome_directions, ortho, perspective, sky, unit

try:
    import moderngl
except ImportError as error:
    raise DatasetError("moderngl is not installed: pip install -e '.[actors]'") from error

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.renderer.mesh import Floats, Ints

_SHADERS = Path(__file__).parent / "shaders"
_TILES, _TILE, _KEY = (4, 2), 384, 1280
_EGL = "install an EGL driver (Debian: apt install libegl1 libgl1 libgl1-mesa-dri)"

Look = Mapping[str, Any]


@dataclass
class Strands:
    """Hair as ribbons in the identity's own space: per vertex (n, 10), triangles (m, 3)."""

    vertices: Floats
    triangles: Ints
    sparse: Ints
    """An eighth of the strands, drawn wide: enough for soft shadows."""


class Body:
    """A figure on the graphics side: fine triangles to see, coarse ones to cast shadows."""

    def __init__(
        self, stage: Stage, fixed: Floats, faces: tuple[Ints, Ints], strands: Strands, look: Look
    ) -> None:
        self.look = look
        self.head = np.eye(4, dtype=np.float32)
        self.middle = np.zeros(3)
        gl = stage.gl
        self._moving = gl.buffer(reserve=len(fixed) * 24, dynamic=True)
        still = gl.buffer(np.ascontiguousarray(fixed, np.float32))
        fine, coarse = (gl.buffer(_indices(f)) for f in faces)
        both = [
            (self._moving, "3f 3f", "position", "normal"),
            (still, "4f 4f", "rest_material", "masks"),
        ]
        flat = [(self._moving, "3f 12x", "position"), (still, "4f 16x", "rest_material")]
        self.solid = gl.vertex_array(stage.body, both, fine)
        self.front = gl.vertex_array(stage.depth, flat, fine)
        self.shade = gl.vertex_array(stage.depth, flat, coarse)
        self._ribbon = gl.buffer(np.ascontiguousarray(strands.vertices, np.float32))
        layout = [(self._ribbon, "3f 3f 4f", "position", "tangent", "strand")]
        self.hair = gl.vertex_array(stage.hair, layout, gl.buffer(_indices(strands.triangles)))
        self.hair_front = gl.vertex_array(
            stage.hair_depth, layout, gl.buffer(_indices(strands.triangles)), skip_errors=True
        )
        self.hair_shade = gl.vertex_array(
            stage.hair_depth, layout, gl.buffer(_indices(strands.sparse)), skip_errors=True
        )

    def move(self, positions: Floats, normals: Floats, head: Floats, look: Look) -> None:
        """Take a new pose; look replaces what the shader is told (creases change with the face)."""
        self._moving.write(np.hstack([positions, normals]).astype(np.float32).tobytes())
        self.head, self.look = head.astype(np.float32), look
        self.middle = (head @ np.array([0, 7.0, 0.4, 1]))[:3]

    def comb(self, vertices: Floats) -> None:
        """Lay the strands anew: as many vertices (n, 10) as before."""
        self._ribbon.write(np.ascontiguousarray(vertices, np.float32).tobytes())


class Stage:
    """Draws bodies before a room."""

    def __init__(
        self,
        width: int,
        height: int,
        room: NDArray[np.float32],
        light: Light,
        oversample: float = 1.4,
    ) -> None:
        self.size = (width, height)
        self.gl = _context()
        self.gl.gc_mode = "auto"
        self.gl.enable(moderngl.DEPTH_TEST)
        common = _read("common.glsl")
        self.body = self.gl.program(_read("body.vert"), common + _read("body.frag"))
        self.depth = self.gl.program(_read("depth.vert"), common + _read("depth.frag"))
        self.hair = self.gl.program(_read("hair.vert"), common + _read("hair.frag"))
        self.hair_depth = self.gl.program(_read("hair.vert"), _read("hair_depth.frag"))
        self._room = self._screen("room.frag")
        self._develop = self._screen("develop.frag")
        self._make_targets(round(width * oversample), round(height * oversample))
        self.room = self.gl.texture(
            (room.shape[1], room.shape[0]), 3, np.ascontiguousarray(room[::-1]), dtype="f4"
        )
        self.camera = perspective(width, height)
        self.light(light)

    def _screen(self, fragment: str) -> moderngl.VertexArray:
        corners = self.gl.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32))
        return self.gl.vertex_array(
            self.gl.program(_read("screen.vert"), _read(fragment)), [(corners, "2f", "corner")]
        )

    def _make_targets(self, width: int, height: int) -> None:
        gl = self.gl
        self._light = gl.texture((width, height), 4, dtype="f2")
        self._picture = gl.framebuffer([self._light], gl.depth_renderbuffer((width, height)))
        self._light.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._final = gl.framebuffer([gl.renderbuffer(self.size, 3)])
        self._dome = gl.depth_texture((_TILES[0] * _TILE, _TILES[1] * _TILE))
        self._key = gl.depth_texture((_KEY, _KEY))
        for shadow in (self._dome, self._key):
            shadow.compare_func = "<="
            shadow.filter = (moderngl.LINEAR, moderngl.LINEAR)
            shadow.repeat_x = shadow.repeat_y = False
        self._dome_buffer = gl.framebuffer(depth_attachment=self._dome)
        self._key_buffer = gl.framebuffer(depth_attachment=self._key)

    def hang(self, room: NDArray[np.float32]) -> None:
        """Draw before another room: linear light (height, width, 3), as large as the first one."""
        self.room.write(np.ascontiguousarray(room[::-1], np.float32).tobytes())

    def light(self, light: Light, dome: NDArray[np.float32] | None = None) -> None:
        """Set the room's light; `dome` (8, 3) has the colours of `directions` if not the room's."""
        self.exposure = light.exposure
        self.key = unit(light.key_from)
        self.directions = dome_directions()
        colours = np.array([sky(d, light) for d in self.directions], np.float32)
        if dome is not None:
            colours = np.asarray(dome, np.float32)
        for program in (self.body, self.hair):
            _set(program, "dome_direction", self.directions.astype("f4").tobytes())
            _set(program, "dome_colour", colours.tobytes())
            _set(program, "key_direction", tuple(self.key))
            _set(program, "key_colour", light.key)

    def draw(self, bodies: Iterable[Body]) -> NDArray[np.uint8]:
        """Return the picture (height, width, 3), RGB."""
        bodies = list(bodies)
        if bodies:
            self._cast_shadows(bodies)
        self._picture.use()
        self._picture.clear()
        self.room.use(0)
        self._room.render()
        for body in bodies:
            self._draw_body(body)
        return self.develop()

    def develop(self) -> NDArray[np.uint8]:
        """Return the picture that was drawn last, (height, width, 3) RGB, as `exposure` has it."""
        self._final.use()
        self._light.use(0)
        _set(self._develop.program, "exposure", self.exposure)
        _set(self._develop.program, "size", (1 / self.size[0], 1 / self.size[1]))
        self._develop.render()
        data = np.frombuffer(self._final.read(components=3), np.uint8)
        return data.reshape(self.size[1], self.size[0], 3)[::-1]

    def _draw_body(self, body: Body) -> None:
        self._dome.use(1)
        self._key.use(2)
        for program in (self.body, self.hair):
            _set(program, "dome_map", 1)
            _set(program, "key_map", 2)
            _set(program, "camera", self.camera.T.astype("f4").tobytes())
            for name, value in body.look.items():
                _set(program, name, value)
        self._lay_depth(body)
        self.gl.depth_func = "=="
        body.solid.render()
        self._aim_hair(self.hair, body, (0.0, 0.0, 0.0), far=0.0, widen=1.0)
        body.hair.render()
        self.gl.depth_func = "<"

    def _lay_depth(self, body: Body) -> None:
        """Draw depth first: each visible point is shaded once, and what is cut out stays out."""
        for program in (self.depth, self.hair_depth):
            _set(program, "camera", self.camera.T.astype("f4").tobytes())
            _set(program, "neckline", float(body.look["cloth"][0]))
            _set(program, "lashes", float(body.look["cloth"][2]))
        self._picture.color_mask = (False,) * 4
        body.front.render()
        self._aim_hair(self.hair_depth, body, (0.0, 0.0, 0.0), far=0.0, widen=1.0)
        body.hair_front.render()
        self._picture.color_mask = (True,) * 4

    def _aim_hair(
        self,
        program: moderngl.Program,
        body: Body,
        viewer: Iterable[float],
        far: float,
        widen: float,
    ) -> None:
        _set(program, "head", body.head.T.tobytes())
        _set(program, "centre", body.look["centre"])
        _set(program, "viewer", tuple(viewer))
        _set(program, "viewer_far", far)
        _set(program, "widen", widen)

    def _cast_shadows(self, bodies: list[Body]) -> None:
        middle = np.mean([b.middle for b in bodies], axis=0) - np.array([0, 0.6, 0])
        radius = 3.3 + max(float(np.linalg.norm(b.middle - bodies[0].middle)) for b in bodies) / 2
        matrices = [ortho(d, middle, radius) for d in self.directions]
        key = ortho(self.key, middle, radius)
        self._dome_buffer.use()
        self._dome_buffer.clear()
        for i, matrix in enumerate(matrices):
            self._dome_buffer.viewport = (
                i % _TILES[0] * _TILE,
                i // _TILES[0] * _TILE,
                _TILE,
                _TILE,
            )
            self._shade(bodies, matrix, self.directions[i])
        self._key_buffer.use()
        self._key_buffer.clear()
        self._shade(bodies, key, self.key)
        for program in (self.body, self.hair):
            _set(program, "dome_matrix", np.array([m.T for m in matrices], "f4").tobytes())
            _set(program, "key_matrix", key.T.astype("f4").tobytes())

    def _shade(self, bodies: list[Body], matrix: Floats, direction: Floats) -> None:
        _set(self.depth, "camera", matrix.T.astype("f4").tobytes())
        _set(self.hair_depth, "camera", matrix.T.astype("f4").tobytes())
        _set(self.depth, "lashes", 0.0)
        for body in bodies:
            _set(self.depth, "neckline", float(body.look["cloth"][0]))
            body.shade.render()
            self._aim_hair(self.hair_depth, body, direction, far=1.0, widen=4.0)
            body.hair_shade.render()


def _context() -> moderngl.Context:
    how: dict[str, Any] = {"backend": "egl"}
    try:
        return moderngl.create_standalone_context(**how)
    except Exception as error:  # moderngl raises no narrower one
        raise DatasetError(f"no OpenGL without a window: {error}; {_EGL}") from error


def _indices(triangles: Ints) -> NDArray[np.int32]:
    return np.ascontiguousarray(triangles, np.int32)


def _read(name: str) -> str:
    return (_SHADERS / name).read_text()


def _set(program: moderngl.Program, name: str, value: object) -> None:
    """Set a uniform if the compiler kept it."""
    member = program.get(name, None)
    if isinstance(member, moderngl.Uniform):
        if isinstance(value, bytes):
            member.write(
                value[: 4 * member.dimension * member.array_length]
            )  # unused ends are cut off
        else:
            member.value = value
