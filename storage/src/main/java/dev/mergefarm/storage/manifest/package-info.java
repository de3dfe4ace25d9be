/** What a finished model was made of, by what and how: digests of all files in and out. */
package dev.mergefarm.storage.manifest;
