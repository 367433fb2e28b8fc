/**
 * Holds the documents true: their samples parse, their tables are those of the code, their links
 * and the names they mention exist.
 */
@NullMarked
package dev.adit.conformance.docs;

import org.jspecify.annotations.NullMarked;
