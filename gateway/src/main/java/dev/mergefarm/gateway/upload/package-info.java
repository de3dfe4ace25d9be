/** Files that clients send: one header, then chunks, in bounded memory. */
package dev.mergefarm.gateway.upload;
