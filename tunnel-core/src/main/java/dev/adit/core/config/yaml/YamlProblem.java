package dev.adit.core.config.yaml;

/** Something in the text that YAML, or our subset of it, does not allow. */
public record YamlProblem(int line, int column, String keyPath, String expected) {}
