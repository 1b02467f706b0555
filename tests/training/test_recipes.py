from dataclasses import replace

import pytest

from inkten.errors import RunError
from inkten.training.recipes import FAST, ORIGINAL, RECIPES, find_recipe


def test_the_first_recipe_of_a_network_is_its_default():
    assert find_recipe("mlp") == FAST
    assert find_recipe("mlp", "original") == ORIGINAL


def test_an_unknown_recipe_is_refused_with_the_names_of_the_known_ones():
    with pytest.raises(RunError, match="expected standard or fast") as caught:
        find_recipe("cnn", "original")
    assert caught.value.parameter == "recipe"


@pytest.mark.parametrize("network", RECIPES)
def test_the_names_of_a_networks_recipes_differ(network):
    names = [recipe.name for recipe in RECIPES[network]]
    assert len(set(names)) == len(names)


def test_a_shortened_recipe_keeps_how_it_is_trained():
    (detector,) = RECIPES["detector"]
    assert detector.shortened() == replace(detector, epochs=1, steps=5, pages=40)
