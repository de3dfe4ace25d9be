package dev.mergefarm.gateway.upload;

/**
 * A file as a header announces it.
 *
 * @param name relative to its folder
 * @param bytes its length
 */
public record IncomingFile(String name, long bytes) {}
