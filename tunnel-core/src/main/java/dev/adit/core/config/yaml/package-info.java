/**
 * YAML text to positioned nodes, and words to numbers, times and sizes: the parts under {@link
 * dev.adit.core.config}. Public: {@link dev.adit.core.config.yaml.YamlReader}, {@link
 * dev.adit.core.config.yaml.YamlNode}, {@link dev.adit.core.config.yaml.Scalars}, {@link
 * dev.adit.core.config.yaml.Suggestion}. Stateless or confined to one thread.
 */
@NullMarked
package dev.adit.core.config.yaml;

import org.jspecify.annotations.NullMarked;
