/**
 * Models as inputs of a merge: where each tensor comes from, put together while it is read where a
 * checkpoint does not hold it as the merge needs it.
 */
package dev.mergefarm.merge.input;
