/** Holds merges against answers of the reference program, kept in folders. */
package dev.mergefarm.merge.golden;
