"""Bundles and archives to try: the shipped model under other versions, sound and broken ones."""

import copy
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from convert.signing import sign
from device.deployment.acceptance import Benchmark
from device.models.archive import SIGNATURE, Archive, write
from device.models.keyring import Keyring
from device.system.paths import MODELS
from device.vision import bundle

SHIPPED = bundle.find_bundles(MODELS)[0]
NAMES = (bundle.MODEL, bundle.MANIFEST, bundle.CANARY)
KEY = Ed25519PrivateKey.from_private_bytes(b"the key of the tests, 32 bytes..")
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"another key of tests, 32 bytes..")


def quick(candidate: Path, present: Path | None, slower: float) -> Benchmark:
    """Pass every model that can be read: what the checks find is tried elsewhere."""
    return Benchmark(bundle.load(candidate).version, 1.0, None)


def public(key: Ed25519PrivateKey | EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def trust(key: Ed25519PrivateKey = KEY) -> str:
    """Have the kiosk of this test trust a key."""
    return Keyring().trust(public(key))


def files(version: str = "9.0.0", model: bytes | None = None, **changes: Any) -> dict[str, bytes]:
    """Return the files of a bundle: the shipped one, with another model or manifest."""
    content = {name: (SHIPPED / name).read_bytes() for name in NAMES}
    manifest = json.loads(content[bundle.MANIFEST])
    if model is not None:
        content[bundle.MODEL] = model
        manifest["sha256"] = hashlib.sha256(model).hexdigest()
    manifest |= {"version": version, **changes}
    content[bundle.MANIFEST] = json.dumps(manifest).encode()
    return content


def archive(content: dict[str, bytes], key: Ed25519PrivateKey | None = KEY) -> bytes:
    """Return files as an archive, signed unless there is no key."""
    return write(Archive(content, None if key is None else sign(content, key)))


def zipped(members: dict[str, bytes]) -> bytes:
    """Return a zip of anything."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return out.getvalue()


def signed(content: dict[str, bytes], key: Ed25519PrivateKey = KEY) -> dict[str, bytes]:
    """Return files together with a signature over them."""
    return {**content, SIGNATURE: sign(content, key)}


def put(folder: Path, version: str) -> Path:
    """Put the shipped bundle into a folder, under another version."""
    target = folder / f"emotion-{version}"
    target.mkdir(parents=True)
    for name, content in files(version).items():
        (target / name).write_bytes(content)
    return target


def altered(change: Callable[[Any], None]) -> bytes:
    """Return the shipped model with a change to its flatbuffer, as TensorFlow's schema has it."""
    model = schema.ModelT.InitFromPackedBuf((SHIPPED / bundle.MODEL).read_bytes(), 0)
    change(model)
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def repeated(times: int) -> bytes:
    """Return a model that gives the same, but computes its second layer many times."""

    def change(model: Any) -> None:
        operators = list(model.subgraphs[0].operators)
        model.subgraphs[0].operators = operators[:2] + [operators[1]] * times + operators[2:]

    return altered(change)


def custom(model: Any) -> None:
    """Make the first operator somebody's own."""
    code = model.operatorCodes[model.subgraphs[0].operators[0].opcodeIndex]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
    code.customCode = b"Own"


def unlisted(model: Any) -> None:
    """Put an operator in front that no classifier needs."""
    code, operator, graph = schema.OperatorCodeT(), schema.OperatorT(), model.subgraphs[0]
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.REVERSE_V2
    code.version = 3
    model.operatorCodes.append(code)
    axis = schema.TensorT()
    axis.shape, axis.type = np.array([1], np.int32), schema.TensorType.INT32
    axis.buffer = len(model.buffers)
    data = schema.BufferT()
    data.data = np.frombuffer(np.array([1], np.int32).tobytes(), np.uint8)
    model.buffers.append(data)
    first = graph.operators[0]
    source = int(first.inputs[0])
    graph.tensors += [axis, copy.deepcopy(graph.tensors[source])]
    operator.opcodeIndex = len(model.operatorCodes) - 1
    operator.inputs = np.array([source, len(graph.tensors) - 2], np.int32)
    operator.outputs = np.array([len(graph.tensors) - 1], np.int32)
    operator.builtinOptionsType = schema.BuiltinOptions.ReverseV2Options
    operator.builtinOptions = schema.ReverseV2OptionsT()
    inputs = first.inputs.copy()
    inputs[0] = len(graph.tensors) - 1
    first.inputs = inputs
    graph.operators.insert(0, operator)


def smaller_input(model: Any) -> None:
    """Have the model take crops of another size."""
    graph = model.subgraphs[0]
    graph.tensors[graph.inputs[0]].shape = np.array([1, 40, 40, 1], np.int32)


def huge_input(model: Any) -> None:
    """Have the model take more memory than there is."""
    graph = model.subgraphs[0]
    graph.tensors[graph.inputs[0]].shape = np.array([1, 12000, 12000, 1], np.int32)
