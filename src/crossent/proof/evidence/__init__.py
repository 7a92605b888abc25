"""Numbers that prove something: enclosures, samples, and the inputs that tell two losses apart."""
