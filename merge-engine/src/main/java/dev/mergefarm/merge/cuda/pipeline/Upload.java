package dev.mergefarm.merge.cuda.pipeline;

import dev.mergefarm.merge.cuda.DeviceSlice;
import dev.mergefarm.merge.cuda.DeviceStream;
import dev.mergefarm.merge.cuda.DeviceVector;
import dev.mergefarm.merge.method.MergeInput;
import dev.mergefarm.merge.method.Stage;
import dev.mergefarm.merge.timeline.Step;
import dev.mergefarm.storage.tensor.DataType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A slice of a tensor's inputs that has been read and whose copy to the device is enqueued.
 *
 * @param stage what reads it first
 * @param slice which slice
 * @param slot where it is pinned until the copy is done
 * @param addresses where each stream's part will be on the device
 */
record Upload(
    TensorWork work, Stage stage, Slicing slicing, int slice, Slot slot, List<Long> addresses) {

  /** Reads a slice into a slot that is free, and sends it to the slot's own device memory. */
  static Upload toSlot(
      LaneRun run,
      DeviceStream stream,
      TensorWork work,
      Stage stage,
      Slicing slicing,
      int slice,
      Slot slot) {
    slot.use(work.tensor().name(), slicing.slotBytes(slice));
    List<Long> addresses = new ArrayList<>();
    for (int part = 0; part < slicing.streams().size(); part++) {
      addresses.add(slot.memory().address() + slicing.offset(part, slice));
    }
    return send(run, stream, new Upload(work, stage, slicing, slice, slot, addresses));
  }

  /** Reads a slice into a slot that is free, and sends it to its place in the whole tensor. */
  static Upload toResident(
      LaneRun run, TensorWork work, Stage stage, Slicing slicing, int slice, Slot slot) {
    slot.use(work.tensor().name(), slicing.slotBytes(slice));
    List<Long> addresses = residentAddresses(work, stage, slicing, slice);
    return send(run, run.lane().upload(), new Upload(work, stage, slicing, slice, slot, addresses));
  }

  /** Where the parts of a slice are in a tensor that stays on the device. */
  static List<Long> residentAddresses(TensorWork work, Stage stage, Slicing slicing, int slice) {
    long start = work.lease().orElseThrow().memory().address();
    List<Long> addresses = new ArrayList<>();
    for (MergeInput input : work.tensor().inputs()) {
      DataType type = input.blocks().dataType();
      addresses.add(start + type.bytesFor(slicing.first(slice)));
      start += Slicing.aligned(type.bytesFor(slicing.elements()));
    }
    return stage instanceof Stage.Copy copy ? List.of(addresses.get(copy.input())) : addresses;
  }

  private static Upload send(LaneRun run, DeviceStream stream, Upload upload) {
    Slicing slicing = upload.slicing();
    Slot slot = upload.slot();
    String tensor = upload.work().tensor().name();
    long start = System.nanoTime();
    MemorySegment pinned = slot.pinned().segment();
    run.reader().read(slicing, upload.slice(), pinned);
    run.spans().host(Step.READ, tensor, start, slot.bytes());
    stream.record(slot.first().started());
    for (int part = 0; part < slicing.streams().size(); part++) {
      MemorySegment bytes =
          pinned.asSlice(slicing.offset(part, upload.slice()), slicing.bytes(part, upload.slice()));
      run.lane().device().copyIn(bytes, upload.addresses().get(part), stream);
    }
    stream.record(slot.first().ended());
    return upload;
  }

  boolean last() {
    return slicing.last(slice);
  }

  /** The slice as kernels see it. */
  DeviceSlice deviceSlice() {
    return deviceSlice(stage, slicing, slice, addresses);
  }

  /** A slice whose parts are at some addresses, as kernels see it. */
  static DeviceSlice deviceSlice(Stage stage, Slicing slicing, int slice, List<Long> addresses) {
    List<DeviceVector> vectors = new ArrayList<>();
    for (int stream = 0; stream < addresses.size(); stream++) {
      vectors.add(
          new DeviceVector(slicing.streams().get(stream).dataType(), addresses.get(stream)));
    }
    long first = slicing.first(slice);
    long count = slicing.elements(slice);
    int inputs = slicing.tensor().inputs().size();
    if (stage instanceof Stage.Copy) {
      // The others are not looked at, and were not read.
      return new DeviceSlice(first, count, Collections.nCopies(inputs, vectors.getFirst()));
    }
    return new DeviceSlice(
        first, count, vectors.subList(0, inputs), vectors.subList(inputs, vectors.size()));
  }
}
