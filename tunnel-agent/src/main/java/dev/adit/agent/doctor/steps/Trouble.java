package dev.adit.agent.doctor.steps;

/**
 * Why a step failed.
 *
 * @param found what was seen
 * @param cure what to do about it
 */
public record Trouble(String found, String cure) {}
