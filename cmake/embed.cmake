# embed(TARGET NAMESPACE FILES...): compiles text files into TARGET, found at run time by their file name through
#   std::optional<std::string_view> NAMESPACE::embedded(std::string_view file_name)
#   std::vector<std::string_view>   NAMESPACE::embedded_names()
function(embed target namespace)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/${target}_embedded.cpp)
  list(JOIN ARGN "|" files)
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${generated} -DNAMESPACE=${namespace} "-DFILES=${files}"
            -P ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/write_embedded.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${generated})
endfunction()
