NATIVE = {}
