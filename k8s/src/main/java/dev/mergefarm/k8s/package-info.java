/** Makes container images of the services without a Docker daemon. */
package dev.mergefarm.k8s;
