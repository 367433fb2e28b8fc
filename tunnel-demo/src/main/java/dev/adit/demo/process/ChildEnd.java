package dev.adit.demo.process;

/** How a stopped child ended; {@code killed} tells that SIGTERM was not enough. */
public record ChildEnd(int exitCode, boolean killed) {}
