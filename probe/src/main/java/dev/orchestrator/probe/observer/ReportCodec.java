package dev.orchestrator.probe.observer;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.orchestrator.proto.observer.Address;
import dev.orchestrator.store.model.InstanceKey;
import java.util.List;
import java.util.OptionalLong;

/** Reports as bytes. Stateless. */
final class ReportCodec {
  private ReportCodec() {}

  static byte[] encode(Report report) {
    dev.orchestrator.proto.observer.Report.Builder message =
        dev.orchestrator.proto.observer.Report.newBuilder()
            .setKnown(report.known())
            .setAnswering(report.answering());
    report.sightings().forEach(sighting -> message.addSightings(encode(sighting)));
    report.asked().forEach(key -> message.addAsked(encode(key)));
    return message.build().toByteArray();
  }

  private static dev.orchestrator.proto.observer.Sighting encode(Sighting sighting) {
    dev.orchestrator.proto.observer.Sighting.Builder message =
        dev.orchestrator.proto.observer.Sighting.newBuilder()
            .setSource(encode(sighting.source()))
            .setUuid(sighting.uuid())
            .setWritable(sighting.writable())
            .setFailures(sighting.failures())
            .setFailingForMs(sighting.failingForMillis())
            .setCause(sighting.cause());
    sighting.goodAgeMillis().ifPresent(message::setGoodAgeMs);
    sighting.connected().forEach(key -> message.addConnected(encode(key)));
    return message.build();
  }

  private static Address encode(InstanceKey key) {
    return Address.newBuilder().setHost(key.host()).setPort(key.port()).build();
  }

  /**
   * Reads a report.
   *
   * @throws IllegalArgumentException these bytes are none
   */
  static Report decode(byte[] bytes) {
    try {
      dev.orchestrator.proto.observer.Report message =
          dev.orchestrator.proto.observer.Report.parseFrom(bytes);
      return new Report(
          message.getKnown(),
          message.getAnswering(),
          message.getSightingsList().stream().map(ReportCodec::decode).toList(),
          decode(message.getAskedList()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not a report", e);
    }
  }

  private static Sighting decode(dev.orchestrator.proto.observer.Sighting message) {
    return new Sighting(
        decode(message.getSource()),
        message.getUuid(),
        message.hasGoodAgeMs() ? OptionalLong.of(message.getGoodAgeMs()) : OptionalLong.empty(),
        message.getWritable(),
        message.getFailures(),
        message.getFailingForMs(),
        message.getCause(),
        decode(message.getConnectedList()));
  }

  private static List<InstanceKey> decode(List<Address> addresses) {
    return addresses.stream().map(ReportCodec::decode).toList();
  }

  private static InstanceKey decode(Address address) {
    return new InstanceKey(address.getHost(), address.getPort());
  }
}
