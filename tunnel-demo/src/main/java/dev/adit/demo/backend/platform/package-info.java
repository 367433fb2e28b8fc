/**
 * The sample services of a platform: its users and its orders. Public: {@link
 * dev.adit.demo.backend.platform.UserService}, {@link dev.adit.demo.backend.platform.OrderService}.
 * Any thread.
 */
@NullMarked
package dev.adit.demo.backend.platform;

import org.jspecify.annotations.NullMarked;
