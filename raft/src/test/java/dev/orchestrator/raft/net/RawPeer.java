package dev.orchestrator.raft.net;

import com.google.protobuf.ByteString;
import dev.orchestrator.proto.raft.Confirm;
import dev.orchestrator.proto.raft.Frame;
import dev.orchestrator.proto.raft.Hello;
import dev.orchestrator.raft.core.MemberId;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A peer that speaks by hand, and as badly as wished. */
final class RawPeer implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket;
  private final DataOutputStream out;
  private final DataInputStream in;

  private RawPeer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(TIMEOUT_MILLIS);
    this.out = new DataOutputStream(socket.getOutputStream());
    this.in = new DataInputStream(socket.getInputStream());
  }

  static RawPeer to(String address) throws IOException {
    HostPort to = HostPort.parse(address);
    return new RawPeer(new Socket(to.host(), to.port()));
  }

  static RawPeer overTls(String address, PeerTlsFiles files) throws Exception {
    HostPort to = HostPort.parse(address);
    return new RawPeer(context(files).getSocketFactory().createSocket(to.host(), to.port()));
  }

  private static SSLContext context(PeerTlsFiles files) throws Exception {
    String key = Files.readString(files.key()).replaceAll("-----[^-]+-----", "");
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    own.setKeyEntry(
        "own",
        KeyFactory.getInstance("EC")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(key))),
        new char[0],
        new Certificate[] {certificate(files.certificates())});
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("authority", certificate(files.authorities()));
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, new char[0]);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static Certificate certificate(java.nio.file.Path file) throws Exception {
    try (var stream = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificate(stream);
    }
  }

  /** The certificate that the other side shows. */
  String certificatePem() throws Exception {
    SSLSocket tls = (SSLSocket) socket;
    tls.startHandshake();
    byte[] shown = tls.getSession().getPeerCertificates()[0].getEncoded();
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(shown);
    return "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n";
  }

  static Hello.Builder helloOf(MemberId self, List<String> names) {
    return Hello.newBuilder()
        .setProtocolVersion(Handshake.PROTOCOL_VERSION)
        .setOldestVersion(Handshake.OLDEST_VERSION)
        .setMember(LogEntryCodec.toProto(self))
        .addAllConfiguredNames(names)
        .setNonce(ByteString.copyFromUtf8("0123456789abcdef"));
  }

  void hello(MemberId self, String... names) throws IOException {
    send(Frame.newBuilder().setHello(helloOf(self, List.of(names))).build());
  }

  void confirm(ByteString echo) throws IOException {
    send(Frame.newBuilder().setConfirm(Confirm.newBuilder().setNonceEcho(echo)).build());
  }

  void send(Frame frame) throws IOException {
    out.writeInt(frame.getSerializedSize());
    out.write(frame.toByteArray());
    out.flush();
  }

  void raw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  Frame read() throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return Frame.parseFrom(bytes);
  }

  /** The reason why this peer is refused. */
  String refusal() throws IOException {
    Frame frame = read();
    while (!frame.hasRefusal()) {
      frame = read();
    }
    return frame.getRefusal().getReason();
  }

  /** Whether the other side closes the connection. */
  boolean isClosed() throws IOException {
    try {
      byte[] last = new byte[1_024];
      while (in.read(last) >= 0) {
        // whatever it says before that
      }
      return true;
    } catch (EOFException | java.net.SocketException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
