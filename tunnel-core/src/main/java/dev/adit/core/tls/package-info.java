/**
 * Certificates and keys: read from PEM files, checked, made into TLS contexts that can be replaced
 * while they are in use, and followed while the process runs. Public: {@link
 * dev.adit.core.tls.TlsIdentity}, {@link dev.adit.core.tls.PemFiles}, {@link
 * dev.adit.core.tls.TlsContexts}, {@link dev.adit.core.tls.CurrentSslContext}, {@link
 * dev.adit.core.tls.FollowedTls}, {@link dev.adit.core.tls.CertificateNames}, {@link
 * dev.adit.core.tls.CertificateAuthority}. Any thread.
 */
@NullMarked
package dev.adit.core.tls;

import org.jspecify.annotations.NullMarked;
