package dev.adit.deploy;

/**
 * What stands at the foot of every manual page.
 *
 * @param product with its version
 * @param date of the build, as yyyy-MM-dd
 */
record ManualSource(String product, String date) {}
