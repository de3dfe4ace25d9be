/**
 * What every module shares and no framework knows: the catalogue of error codes, lists of problems,
 * cancellation, progress.
 */
package dev.mergefarm.common;
