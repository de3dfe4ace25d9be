package dev.mergefarm.storage.safetensors;

import java.util.List;

/**
 * One tensor as the JSON states it, complete but not yet believed.
 *
 * @param begin first byte, from the start of the data
 * @param end byte after the last
 */
record HeaderEntry(String name, String dataType, List<Long> shape, long begin, long end) {}
