// What running services do to the machine: they open ports, and those of Remote Desktop look after its certificate.
#pragma once

#include <string>

#include "sac/guest/services.hpp"

namespace emsctl::guest {

void begin_duties(windows& os, const service& what, const service_behaviour& behaviour);
void end_duties(windows& os, const service& what);

// The self-signed certificate of Remote Desktop: made when there is none or it has expired, if the private key may be
// read by TermService's account and written by SYSTEM. Says what happened in the System log.
void look_after_rdp_certificate(windows& os);

// TermService has a listener on the configured port.
bool has_rdp_listener(const windows& os);
// Present, valid at the machine's time, with a private key that TermService's account can read.
bool has_working_rdp_certificate(const windows& os);
bool is_rdp_key_readable(const windows& os);

}  // namespace emsctl::guest
