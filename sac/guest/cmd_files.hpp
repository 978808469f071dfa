// The built-in commands of cmd.exe that work on files.
#pragma once

#include <string>

#include "sac/guest/cmd_interpreter.hpp"

namespace emsctl::guest {

task<int> type_files(cmd_interpreter& shell, std::string tail, const cmd_handles& handles);
task<int> list_folder(cmd_interpreter& shell, std::string tail, const cmd_handles& handles);  // dir
task<int> delete_files(cmd_interpreter& shell, std::string tail, const cmd_handles& handles);
task<int> make_folder(cmd_interpreter& shell, std::string tail, const cmd_handles& handles);
task<int> remove_folder(cmd_interpreter& shell, std::string tail, const cmd_handles& handles);
task<int> copy_files(cmd_interpreter& shell, std::string tail, const cmd_handles& handles);
task<int> move_files(cmd_interpreter& shell, std::string tail, const cmd_handles& handles);
task<int> rename_files(cmd_interpreter& shell, std::string tail, const cmd_handles& handles);

std::string volume_header(const cmd_interpreter& shell);

// Logs that `what` is not simulated and fails as cmd.exe does on what it does not understand.
int refuse_built_in(cmd_interpreter& shell, const std::string& what, const cmd_handles& handles);

// Switches ("/s", "/a-d") and names of a command line, quotes taken off the names.
struct file_arguments {
    std::vector<std::string> switches;  // lower case, with the slash
    std::vector<std::string> names;
    bool has(std::string_view name) const;
};
file_arguments split_file_arguments(std::string_view tail);

// A line that answers a question, from redirected input or the console; empty at the end of input.
task<std::string> ask(cmd_interpreter& shell, std::string question, const cmd_handles& handles);

// The files that a name with or without wildcards means, as full paths.
std::vector<std::string> files_named(const cmd_interpreter& shell, std::string_view name, bool hidden_too);

}  // namespace emsctl::guest
