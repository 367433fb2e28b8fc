/**
 * Reads configuration files: YAML composed to positioned nodes, typed by us, every problem
 * collected. Public: {@link dev.adit.core.config.ConfigFile}, {@link
 * dev.adit.core.config.ConfigMap}, {@link dev.adit.core.config.ConfigValue}, {@link
 * dev.adit.core.config.ConfigProblems}, {@link dev.adit.core.config.ConfigException} and the values
 * {@link dev.adit.core.config.HostPort} and {@link dev.adit.core.config.SecretRef}. Reading is
 * confined to one thread; the values are immutable.
 */
@NullMarked
package dev.adit.core.config;

import org.jspecify.annotations.NullMarked;
