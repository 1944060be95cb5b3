"""A finished run made of an exported network for Chinese, as `training/imported.py` makes one of the main network."""

from __future__ import annotations

import shutil
from pathlib import Path

import onnx
from transformers import AutoModel

from stream_app.adapters.model_repository import TOKENIZER, read_metadata
from stream_app.adapters.model_repository import WEIGHTS as FILE
from stream_app.errors import DataError
from stream_app.training.chinese.encoder_folder import configuration
from stream_app.training.chinese.network import chinese_network
from stream_app.training.chinese.packed_encoder import Shape, packaged_file, read_packed
from stream_app.training.chinese.run import RECORD, ChineseRecord, write_record
from stream_app.training.chinese.served import ServedChinese
from stream_app.training.config import TrainConfig
from stream_app.training.encoder import LAYER, load_tokenizer
from stream_app.training.imported import check_answers, tells_statements, weights_of
from stream_app.training.onnx_weights import floats_of
from stream_app.training.temperature import temperatures_told
from stream_app.training.weights import write_weights

_UNUSED = "causal_heads."


def import_chinese(version: Path, out: Path, shape: Shape | None = None) -> ChineseRecord:
    """Write the run of the network for Chinese, a folder within a version of the model, into the folder `out`.

    Its weights are those of the file, which keeps matrices in int8. `shape` is that of the encoder, by default the
    package's. Raises DataError for a file of another shape, and where `out` holds a run already.
    """
    if (out / RECORD).exists():
        raise DataError(f"{out} holds a run already; give another folder with --out")
    metadata, file = read_metadata(version), onnx.load(version / FILE)
    stored, tokenizer = floats_of(file), load_tokenizer(version)
    layers = len({int(found[1]) for name in stored if (found := LAYER.search(name))})
    config = configuration(shape or read_packed(packaged_file()).shape, tokenizer.get_vocab_size(), layers)
    network = chinese_network(AutoModel.from_config(config, add_pooling_layer=False))
    if tells_statements(file):
        network.add_statement_head()
    served = ServedChinese(network, temperatures_told(metadata["temperatures"]), metadata["topics"])
    try:
        weights = weights_of(network, served, stored, leaves_out=_UNUSED)
        network.load_state_dict(weights, strict=False)
    except (KeyError, RuntimeError) as error:
        raise DataError(f"{version / FILE} is no network for the packaged encoder ({error})") from error
    check_answers(served, version / FILE)
    out.mkdir(parents=True, exist_ok=True)
    config.save_pretrained(out)
    shutil.copyfile(version / TOKENIZER, out / TOKENIZER)
    write_weights(out, network.state_dict())
    record = ChineseRecord(
        layers=layers, pieces=config.vocab_size, config=TrainConfig(), files=(), imported=metadata["sha256"]
    )
    write_record(out, record)
    return record
