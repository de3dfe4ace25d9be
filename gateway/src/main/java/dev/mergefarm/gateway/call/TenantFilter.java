package dev.mergefarm.gateway.call;

import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Puts the caller into each REST request, or refuses the request. */
public class TenantFilter {

  private static final String CALLER = "mergefarm.caller";

  private final TenantResolver resolver;

  @Inject
  public TenantFilter(TenantResolver resolver) {
    this.resolver = resolver;
  }

  @ServerRequestFilter
  public void resolve(ContainerRequestContext request) {
    Optional<String> authorization =
        Optional.ofNullable(request.getHeaderString(HttpHeaders.AUTHORIZATION));
    request.setProperty(CALLER, new Caller(resolver.tenant(authorization), Optional.empty()));
  }

  /** The caller of a request that passed the filter. */
  public static Caller caller(ContainerRequestContext request) {
    return (Caller) request.getProperty(CALLER);
  }
}
