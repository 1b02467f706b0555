"""Average the weights of two trained networks of the same layers.

    python scripts/average_weights.py ONE.keras OTHER.keras SHARE OUT.keras

SHARE is that of the other. Where one training went on from the other, with other data,
the average is good at both (Wortsman et al. 2022, "Robust fine-tuning of zero-shot
models"). ``inkten train --from OUT.keras`` goes on from there.
"""

import sys

from inkten.training.keras_classifier import load_model


def main() -> None:
    """Write the average."""
    one, other, share, out = sys.argv[1:]
    network, weight = load_model(one), float(share)
    pairs = zip(network.get_weights(), load_model(other).get_weights(), strict=True)
    network.set_weights([(1 - weight) * a + weight * b for a, b in pairs])
    network.save(out)


if __name__ == "__main__":
    main()
