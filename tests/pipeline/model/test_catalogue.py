"""The catalogue: one message for each code, whoever adds the next."""

from collections import Counter

from pipeline.model.messages import CATALOGUE, TOPICS, Message


def test_no_code_is_given_out_twice() -> None:
    entries = [each for topic in TOPICS for each in vars(topic).values()]
    codes = Counter(each.code for each in entries if isinstance(each, Message))
    assert [code for code, times in codes.items() if times > 1] == []
    assert codes.keys() == CATALOGUE.keys()
