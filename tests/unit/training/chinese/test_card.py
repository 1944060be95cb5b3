"""The card of the network for Chinese names every stage that it was made by."""

from __future__ import annotations

from stream_app.training.chinese.card import model_card
from stream_app.training.chinese.corpus import ChineseCorpus
from stream_app.training.chinese.run import ChineseRecord
from stream_app.training.config import TrainConfig
from stream_app.training.runs import AveragedRecord
from tests.unit.training.test_export import DONE


def test_stages_stand_in_their_order(chinese_corpus: ChineseCorpus) -> None:
    first = ChineseRecord(layers=12, pieces=9, config=TrainConfig(), files=chinese_corpus.files, imported="abc")
    last = first.model_copy(
        update={
            "config": TrainConfig(stated=3),
            "start": first,
            "imported": None,
            "averaged": AveragedRecord(run="first", share=0.7),
        }
    )
    card = model_card(DONE, chinese_corpus, last)
    places = [
        card.index(said) for said in ("1. the exported network `abc`", "2. `{'stated': 3}`", "3. the mean", "0.7")
    ]
    assert places == sorted(places)
