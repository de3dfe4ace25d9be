/** Object stores that speak the S3 protocol. */
package dev.mergefarm.storage.s3;
