"""Casing tells names from other words."""

from pipelines.stories.names import Casing, names_in


def test_a_name_has_its_capital_also_inside_a_sentence() -> None:
    casing = Casing(["Police in Marren said that Marren was calm.", "The police left. Police came back; police stayed."])
    assert casing.is_name("marren")
    assert not casing.is_name("polic")


def test_a_vector_is_split_into_names_with_numbers_and_the_rest() -> None:
    names, rest = Casing(["We love Marren"]).split({"marren": 0.6, "17": 0.6, "flood": 0.5})
    assert set(names) == {"marren", "17"}
    assert rest == {"flood": 1.0}
    assert Casing([]).split({}) == ({}, {})


def test_capitalised_words_beside_a_name_belong_to_it() -> None:
    names = {"ada", "vanc", "fool", "marren"}
    assert names_in("The Trade Minister Ada Vance spoke in Marren.", names.__contains__) == {"trad", "minister", "ada", "vanc", "marren"}
    assert names_in("He saw Fools and Horses, a play.", names.__contains__) == {"fool", "hors"}
    assert names_in("Police said that Trade Talks would go on.", names.__contains__) == set()
    assert names_in("Dams hold. Marren is dry. Minister, Vance", names.__contains__) == {"marren", "vanc"}
    assert names_in("", names.__contains__) == set()
