package dev.mergefarm.gateway.call;

import io.quarkus.arc.DefaultBean;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** A farm without authentication: every call is the default tenant's. */
@DefaultBean
@ApplicationScoped
class OpenFarm implements TenantResolver {

  @Override
  public String tenant(Optional<String> authorization) {
    return Caller.DEFAULT_TENANT;
  }
}
