#include "scripts/expressions.hpp"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <lua.hpp>
#include <memory>

#include "scripts/iso_date.hpp"
#include "scripts/parsers.hpp"

namespace emsctl::scripts {
namespace {

constexpr std::size_t memory_limit = 48u << 20;
constexpr int steps_between_checks = 1000;
constexpr int step_limit = 4'000'000;
constexpr int depth_limit = 40;

struct box {
    std::size_t used = 0;
    int steps = 0;
};

void* allocate(void* user, void* old, std::size_t old_size, std::size_t size) {
    auto& limits = *static_cast<box*>(user);
    const std::size_t had = old ? old_size : 0;
    if (size == 0) {
        std::free(old);
        limits.used -= had;
        return nullptr;
    }
    if (size > had && limits.used + (size - had) > memory_limit) return nullptr;
    void* fresh = std::realloc(old, size);
    if (fresh) limits.used = limits.used - had + size;
    return fresh;
}

void count_steps(lua_State* lua, lua_Debug*) {
    void* user = nullptr;
    lua_getallocf(lua, &user);
    auto& limits = *static_cast<box*>(user);
    limits.steps += steps_between_checks;
    if (limits.steps > step_limit) luaL_error(lua, "the expression takes too many steps");
}

// Lua unwinds with longjmp: nothing below that can raise an error may own anything with a destructor.
void push(lua_State* lua, const nlohmann::json& value, int depth) {
    using kind = nlohmann::json::value_t;
    if (depth > depth_limit) luaL_error(lua, "a value is nested too deeply");
    luaL_checkstack(lua, 8, nullptr);
    switch (value.type()) {
        case kind::boolean:
            lua_pushboolean(lua, *value.get_ptr<const bool*>());
            return;
        case kind::number_integer:
            lua_pushinteger(lua, *value.get_ptr<const std::int64_t*>());
            return;
        case kind::number_unsigned:
            lua_pushinteger(lua, static_cast<lua_Integer>(*value.get_ptr<const std::uint64_t*>()));
            return;
        case kind::number_float:
            lua_pushnumber(lua, *value.get_ptr<const double*>());
            return;
        case kind::string: {
            const auto* text = value.get_ptr<const std::string*>();
            lua_pushlstring(lua, text->data(), text->size());
            return;
        }
        case kind::array: {
            lua_createtable(lua, static_cast<int>(value.size()), 0);
            lua_Integer at = 1;
            for (const auto& item : value) {
                push(lua, item, depth + 1);
                lua_rawseti(lua, -2, at++);
            }
            return;
        }
        case kind::object: {
            lua_createtable(lua, 0, static_cast<int>(value.size()));
            for (auto it = value.cbegin(); it != value.cend(); ++it) {
                lua_pushlstring(lua, it.key().data(), it.key().size());
                push(lua, it.value(), depth + 1);
                lua_rawset(lua, -3);
            }
            return;
        }
        default:
            lua_pushnil(lua);
    }
}

// Raises no Lua errors: the value stays on the stack.
bool pull(lua_State* lua, int index, nlohmann::json& into, int depth, std::string& problem) {
    if (depth > depth_limit || !lua_checkstack(lua, 4)) return problem = "the answer is nested too deeply", false;
    index = lua_absindex(lua, index);
    switch (lua_type(lua, index)) {
        case LUA_TNIL:
            into = nullptr;
            return true;
        case LUA_TBOOLEAN:
            into = lua_toboolean(lua, index) != 0;
            return true;
        case LUA_TNUMBER:
            if (lua_isinteger(lua, index))
                into = static_cast<std::int64_t>(lua_tointeger(lua, index));
            else
                into = lua_tonumber(lua, index);
            return true;
        case LUA_TSTRING: {
            std::size_t size = 0;
            const char* text = lua_tolstring(lua, index, &size);
            into = std::string(text, size);
            return true;
        }
        case LUA_TTABLE:
            break;
        default:
            problem = "the answer is a function";
            return false;
    }
    const auto length = lua_rawlen(lua, index);
    std::size_t members = 0;
    bool is_list = true;
    for (lua_pushnil(lua); lua_next(lua, index); lua_pop(lua, 1)) {
        ++members;
        if (!lua_isinteger(lua, -2)) is_list = false;
    }
    is_list = is_list && members == length;
    into = is_list ? nlohmann::json::array() : nlohmann::json::object();
    for (lua_pushnil(lua); lua_next(lua, index); lua_pop(lua, 1)) {
        nlohmann::json item;
        if (!pull(lua, -1, item, depth + 1, problem)) return lua_pop(lua, 2), false;
        if (is_list) {
            const auto at = static_cast<std::size_t>(lua_tointeger(lua, -2)) - 1;
            if (into.size() <= at) into.get_ref<nlohmann::json::array_t&>().resize(length);
            into[at] = std::move(item);
        } else if (lua_type(lua, -2) == LUA_TSTRING) {
            into[lua_tostring(lua, -2)] = std::move(item);
        } else {
            problem = "a table of the answer has a key that is not text";
            return lua_pop(lua, 2), false;
        }
    }
    return true;
}

int days_between_lua(lua_State* lua) {
    std::size_t a_size = 0, b_size = 0;
    const char* a = luaL_checklstring(lua, 1, &a_size);
    const char* b = luaL_checklstring(lua, 2, &b_size);
    const double days = days_between({a, a_size}, {b, b_size});
    if (std::isnan(days)) return luaL_error(lua, "days_between: not two ISO 8601 dates in UTC: %s, %s", a, b);
    lua_pushnumber(lua, days);
    return 1;
}

int sddl_has_lua(lua_State* lua) {
    std::size_t sddl_size = 0, right_size = 0, sid_size = 0;
    const char* sddl = luaL_checklstring(lua, 1, &sddl_size);
    const char* right = luaL_checklstring(lua, 2, &right_size);
    const char* sid = luaL_checklstring(lua, 3, &sid_size);
    const int answer = sddl_grants({sddl, sddl_size}, {right, right_size}, {sid, sid_size});
    if (answer < 0) return luaL_error(lua, "sddl_has: not an SDDL text or not one of F M RX R W: %s", right);
    lua_pushboolean(lua, answer);
    return 1;
}

// For authors; everything here is pure. Names on Windows ignore case, so do the comparing ones.
constexpr const char* prelude = R"lua(
function hex(n) return string.format("0x%x", n) end
function trim(s)
  local from, to = 1, #s
  while from <= to and s:byte(from) <= 32 do from = from + 1 end
  while to >= from and s:byte(to) <= 32 do to = to - 1 end
  return s:sub(from, to)
end
function same(a, b) return a == b or (type(a) == "string" and type(b) == "string" and a:lower() == b:lower()) end
function starts_with(s, start) return same(s:sub(1, #start), start) end
function ends_with(s, stop) return #s >= #stop and same(s:sub(#s - #stop + 1), stop) end
function contains(where, what)
  if where == nil then return false end
  if type(where) == "string" then return string.find(where:lower(), tostring(what):lower()) ~= nil end
  for _, x in ipairs(where) do if same(x, what) then return true end end
  return false
end
function split(s, separator)
  local parts, from = {}, 1
  if s == "" then return parts end
  while true do
    local a, b = string.find(s, separator, from)
    if not a then parts[#parts + 1] = trim(s:sub(from)) return parts end
    parts[#parts + 1] = trim(s:sub(from, a - 1))
    from = b + 1
  end
end
function filter(list, keep)
  local kept = {}
  for _, x in ipairs(list or {}) do if keep(x) then kept[#kept + 1] = x end end
  return kept
end
function where(list, field, value) return filter(list, function(x) return same(x[field], value) end) end
function first(list, field, value)
  for _, x in ipairs(list or {}) do if same(x[field], value) then return x end end
end
function pluck(list, field)
  local values = {}
  for _, x in ipairs(list or {}) do values[#values + 1] = x[field] end
  return values
end
function unique(list)
  local seen, values = {}, {}
  for _, x in ipairs(list or {}) do if not seen[x] then seen[x] = true values[#values + 1] = x end end
  return values
end
function append(a, b)
  local all = {}
  for _, x in ipairs(a or {}) do all[#all + 1] = x end
  for _, x in ipairs(b or {}) do all[#all + 1] = x end
  return all
end
function map(list, make)
  local made = {}
  for _, x in ipairs(list or {}) do made[#made + 1] = make(x) end
  return made
end
function join(list, separator) return table.concat(list or {}, separator or ", ") end
function any(list, test) for _, x in ipairs(list or {}) do if test(x) then return true end end return false end
function all(list, test) for _, x in ipairs(list or {}) do if not test(x) then return false end end return true end
function reg_value(answer, name)
  local values = answer and answer.parsed and answer.parsed.values or {}
  for key, value in pairs(values) do if same(key, name) then return value end end
end
function reg_number(answer, name) local v = reg_value(answer, name) return v and v.number end
function raw(s) return { __raw = tostring(s) } end
)lua";

// Patterns can be made to run for ages inside one C call, out of reach of the step limit; so `find` is plain.
int plain_find(lua_State* lua) {
    std::size_t size = 0, what_size = 0;
    const char* text = luaL_checklstring(lua, 1, &size);
    const char* what = luaL_checklstring(lua, 2, &what_size);
    lua_Integer from = luaL_optinteger(lua, 3, 1);
    if (from < 1) from = 1;
    if (static_cast<std::size_t>(from) > size + 1) return lua_pushnil(lua), 1;
    const auto at = std::string_view(text, size).find({what, what_size}, static_cast<std::size_t>(from) - 1);
    if (at == std::string_view::npos) return lua_pushnil(lua), 1;
    lua_pushinteger(lua, static_cast<lua_Integer>(at) + 1);
    lua_pushinteger(lua, static_cast<lua_Integer>(at + what_size));
    return 2;
}

void drop(lua_State* lua, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        lua_pushnil(lua);
        lua_setfield(lua, -2, name);
    }
}

int unknown_name(lua_State* lua) {
    return luaL_error(lua, "nothing is called '%s' here", lua_tostring(lua, 2));
}

void open_libraries(lua_State* lua) {
    luaL_requiref(lua, LUA_GNAME, luaopen_base, 1);
    drop(lua,
         {"collectgarbage", "dofile", "load", "loadfile", "print", "warn", "require", "pcall", "xpcall", "getmetatable",
          "setmetatable", "rawset", "rawget", "rawequal", "rawlen", "_G", "_VERSION", "loadstring"});
    lua_pop(lua, 1);
    luaL_requiref(lua, LUA_STRLIBNAME, luaopen_string, 1);
    drop(lua, {"dump", "gmatch", "gsub", "match", "pack", "packsize", "unpack"});
    lua_pushcfunction(lua, plain_find);
    lua_setfield(lua, -2, "find");
    lua_pop(lua, 1);
    luaL_requiref(lua, LUA_TABLIBNAME, luaopen_table, 1);
    lua_pop(lua, 1);
    luaL_requiref(lua, LUA_MATHLIBNAME, luaopen_math, 1);
    drop(lua, {"random", "randomseed"});
    lua_pop(lua, 1);
    lua_register(lua, "days_between", days_between_lua);
    lua_register(lua, "sddl_has", sddl_has_lua);
}

struct job {
    std::string_view chunk;
    const scope* names;
    std::string_view expression;
};

int work(lua_State* lua) {
    const auto& todo = *static_cast<const job*>(lua_touserdata(lua, 1));
    open_libraries(lua);
    if (luaL_loadbufferx(lua, prelude, std::strlen(prelude), "=prelude", "t") != LUA_OK) return lua_error(lua);
    lua_call(lua, 0, 0);
    if (todo.names)
        for (auto it = todo.names->begin(); it != todo.names->end(); ++it) {
            // Only what the text can mention is worth converting.
            if (todo.expression.find(it->first) == std::string_view::npos) continue;
            push(lua, it->second, 0);
            lua_setglobal(lua, it->first.c_str());
        }
    lua_pushglobaltable(lua);
    lua_createtable(lua, 0, 1);
    if (todo.names)
        for (auto it = todo.names->begin(); it != todo.names->end(); ++it)
            if (it->second.is_null()) {  // known, and nil
                lua_pushboolean(lua, 1);
                lua_setfield(lua, -2, it->first.c_str());
            }
    lua_pushcclosure(
        lua,
        [](lua_State* state) {
            lua_pushvalue(state, 2);
            lua_rawget(state, lua_upvalueindex(1));
            if (lua_toboolean(state, -1)) return lua_pushnil(state), 1;
            return unknown_name(state);
        },
        1);
    lua_createtable(lua, 0, 1);
    lua_insert(lua, -2);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
    lua_pop(lua, 1);
    if (luaL_loadbufferx(lua, todo.chunk.data(), todo.chunk.size(), "=expression", "t") != LUA_OK)
        return lua_error(lua);
    lua_call(lua, 0, 1);
    return 1;
}

std::string tidy(std::string message) {
    for (std::string_view noise : {"expression:1: ", "[string \"expression\"]:1: "})
        if (message.starts_with(noise)) message.erase(0, noise.size());
    return message;
}

struct closer {
    void operator()(lua_State* lua) const { lua_close(lua); }
};

}  // namespace

evaluation evaluate(std::string_view expression, const scope& names) {
    box limits;
    std::unique_ptr<lua_State, closer> lua(lua_newstate(allocate, &limits));
    if (!lua) return {nullptr, "no memory for the expression"};
    lua_sethook(lua.get(), count_steps, LUA_MASKCOUNT, steps_between_checks);
    const std::string chunk = "return " + std::string(expression);
    job todo{chunk, &names, expression};
    lua_pushcfunction(lua.get(), work);
    lua_pushlightuserdata(lua.get(), &todo);
    if (lua_pcall(lua.get(), 1, 1, 0) != LUA_OK) {
        const char* text = lua_type(lua.get(), -1) == LUA_TSTRING ? lua_tostring(lua.get(), -1) : "an error";
        return {nullptr, tidy(text)};
    }
    evaluation answer;
    std::string problem;
    if (!pull(lua.get(), -1, answer.value, 0, problem)) return {nullptr, problem};
    return answer;
}

std::optional<std::string> expression_error(std::string_view expression) {
    box limits;
    std::unique_ptr<lua_State, closer> lua(lua_newstate(allocate, &limits));
    if (!lua) return "no memory for the expression";
    const std::string chunk = "return " + std::string(expression);
    if (luaL_loadbufferx(lua.get(), chunk.data(), chunk.size(), "=expression", "t") == LUA_OK) return std::nullopt;
    return tidy(lua_tostring(lua.get(), -1));
}

bool is_true(const nlohmann::json& value) {
    return !value.is_null() && !(value.is_boolean() && !value.get<bool>());
}

std::optional<std::string> as_text(const nlohmann::json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
    if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
    if (value.is_number_float()) {
        const double number = value.get<double>();
        char text[40];
        std::snprintf(text, sizeof text, "%.14g", number);
        return text;
    }
    if (!value.is_array()) return std::nullopt;
    std::string joined;
    for (const auto& item : value) {
        const auto text = as_text(item);
        if (!text) return std::nullopt;
        joined += (joined.empty() ? "" : ", ") + *text;
    }
    return joined;
}

}  // namespace emsctl::scripts
