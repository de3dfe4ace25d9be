/** The limits of requests, filters and page tokens; all checked before anything else happens. */
package dev.mergefarm.gateway.request;
