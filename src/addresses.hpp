// All kinds of address this program opens: those of transport, and the two that need upper rooms, sim: and replay:.
#pragma once

#include <string>

#include "transport/open_endpoint.hpp"

namespace emsctl {

transport::openers all_openers();

// The table of address kinds for help texts.
std::string address_table();

// The address leads to a logged-on shell and to no SAC: ssh-cmd:, and sim: with door=shell.
bool leads_to_shell(const transport::endpoint& where);

// sim: and replay: have no wires: their conversations run in virtual time.
bool runs_in_virtual_time(const transport::endpoint& where);

}  // namespace emsctl
