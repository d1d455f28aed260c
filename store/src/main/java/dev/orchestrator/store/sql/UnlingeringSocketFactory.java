package dev.orchestrator.store.sql;

import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.protocol.StandardSocketFactory;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;

/**
 * Makes the sockets of sessions whose server may be frozen. To close a TLS socket, the JDK reads
 * what is still to come, for as long as the socket's timeout: a statement that timed out after a
 * second failed after two. A socket of this factory that has timed out once reads no more, so that
 * it is closed at once. Nothing is lost by that: the driver gives up a session whose read timed
 * out. Named in the driver's property {@code socketFactory}. Thread-safe.
 */
public final class UnlingeringSocketFactory extends StandardSocketFactory {
  /** For the driver. */
  public UnlingeringSocketFactory() {}

  @Override
  protected Socket createSocket(PropertySet properties) {
    return new UnlingeringSocket();
  }

  /** Confined, as any session, to one thread at a time. */
  static final class UnlingeringSocket extends Socket {
    private volatile boolean timedOut;

    @Override
    public InputStream getInputStream() throws IOException {
      return new FilterInputStream(super.getInputStream()) {
        @Override
        public int read() throws IOException {
          requireAlive();
          try {
            return super.read();
          } catch (SocketTimeoutException e) {
            timedOut = true;
            throw e;
          }
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
          requireAlive();
          try {
            return super.read(into, offset, length);
          } catch (SocketTimeoutException e) {
            timedOut = true;
            throw e;
          }
        }
      };
    }

    private void requireAlive() throws SocketException {
      if (timedOut) {
        throw new SocketException("given up: an earlier read timed out");
      }
    }
  }
}
