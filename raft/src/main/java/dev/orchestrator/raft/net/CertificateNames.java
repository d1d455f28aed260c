package dev.orchestrator.raft.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * The hosts that a certificate stands for: its subject alternative names, compared as text or as
 * address. Neither wildcards nor the subject's common name count: a member is one host. Stateless.
 */
final class CertificateNames {
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  private CertificateNames() {}

  /** Whether the certificate was made for this host, a name or a literal address. */
  static boolean cover(X509Certificate certificate, String host) {
    for (List<?> name : alternativeNames(certificate)) {
      String text = String.valueOf(name.get(1));
      boolean same =
          switch (name.get(0)) {
            case Integer type when type == DNS_NAME ->
                text.toLowerCase(Locale.ROOT).equals(host.toLowerCase(Locale.ROOT));
            case Integer type when type == IP_ADDRESS -> sameAddress(text, host);
            default -> false;
          };
      if (same) {
        return true;
      }
    }
    return false;
  }

  /** For people: all names. */
  static List<String> of(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    alternativeNames(certificate).forEach(name -> names.add(String.valueOf(name.get(1))));
    return names;
  }

  private static Collection<List<?>> alternativeNames(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null ? List.of() : names;
    } catch (CertificateParsingException e) {
      return List.of(); // names that cannot be read stand for nobody
    }
  }

  private static boolean sameAddress(String address, String host) {
    boolean literal = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    if (!literal) {
      return false; // a name is never resolved for identity
    }
    try {
      return InetAddress.getByName(address).equals(InetAddress.getByName(host));
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
