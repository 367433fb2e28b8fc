/** What tests try, as a person would: programs of this machine, and those of the archive. */
@NullMarked
package dev.adit.deploy.program;

import org.jspecify.annotations.NullMarked;
