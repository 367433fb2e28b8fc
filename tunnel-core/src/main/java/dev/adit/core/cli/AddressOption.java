package dev.adit.core.cli;

import dev.adit.core.config.HostPort;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the value of an option that names an address to connect to, {@code host:port}. */
public final class AddressOption implements ITypeConverter<HostPort> {
  @Override
  public HostPort convert(String text) {
    try {
      HostPort address = HostPort.parse(text);
      if (address.port() == 0) {
        throw new TypeConversionException("port 0 cannot be dialled");
      }
      return address;
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(String.valueOf(e.getMessage()));
    }
  }
}
