from inkten.training.networks import fast_cnn, mlp


def test_the_small_network_is_784_50_50_10():
    network = mlp()
    assert network.count_params() == 42_310
    assert (network.input_shape, network.output_shape) == ((None, 28, 28), (None, 10))
    activations = [layer.activation.__name__ for layer in network.layers[1:]]
    assert activations == ["relu", "relu", "sigmoid"]
    assert network.loss == "sparse_categorical_crossentropy"
    assert network.optimizer.__class__.__name__ == "Adam"


def test_the_fast_cnn_takes_tiles_and_gives_ten_probabilities():
    network = fast_cnn()
    assert (network.input_shape, network.output_shape) == ((None, 28, 28), (None, 10))
    assert network.layers[-1].activation.__name__ == "softmax"
