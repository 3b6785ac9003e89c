// Prints the protobuf messages that istiod knows, as lib/istio/validation/envoy-types.gen.json holds
// them. When Istio's version changes: copy this file into a folder below lab/go/istio, run it there
// with `go run`, and drop the folder again (a file more would make the lab's programs be built anew).
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	_ "istio.io/istio/pilot/cmd/pilot-discovery/app"
)

var scalars = map[protoreflect.Kind]string{
	protoreflect.BoolKind: "bool", protoreflect.StringKind: "string", protoreflect.BytesKind: "bytes",
	protoreflect.Int32Kind: "int32", protoreflect.Sint32Kind: "int32", protoreflect.Sfixed32Kind: "int32",
	protoreflect.Uint32Kind: "uint32", protoreflect.Fixed32Kind: "uint32",
	protoreflect.Int64Kind: "int64", protoreflect.Sint64Kind: "int64", protoreflect.Sfixed64Kind: "int64",
	protoreflect.Uint64Kind: "uint64", protoreflect.Fixed64Kind: "uint64",
	protoreflect.FloatKind: "float32", protoreflect.DoubleKind: "float64",
}

// What a patch or a dump may hold: the parts of Envoy's configuration, and what these are made of.
func holdsConfiguration(name protoreflect.FullName) bool {
	for _, prefix := range []string{
		"envoy.config.", "envoy.extensions.", "envoy.type.", "udpa.", "xds.", "google.protobuf.", "google.rpc.",
		"google.api.expr.", "cel.", "istio.envoy.", "stats.", "envoy.admin.", "envoy.data.", "io.istio.",
	} {
		if strings.HasPrefix(string(name), prefix) {
			return true
		}
	}
	return false
}

func main() {
	var messages []protoreflect.MessageDescriptor
	var enums []protoreflect.EnumDescriptor
	others := []string{}
	protoregistry.GlobalTypes.RangeMessages(func(mt protoreflect.MessageType) bool {
		md := mt.Descriptor()
		if md.IsMapEntry() {
			return true
		}
		if holdsConfiguration(md.FullName()) {
			messages = append(messages, md)
		} else {
			others = append(others, string(md.FullName()))
		}
		return true
	})
	protoregistry.GlobalTypes.RangeEnums(func(et protoreflect.EnumType) bool {
		if holdsConfiguration(et.Descriptor().FullName()) {
			enums = append(enums, et.Descriptor())
		}
		return true
	})
	sort.Slice(messages, func(i, j int) bool { return messages[i].FullName() < messages[j].FullName() })
	sort.Slice(enums, func(i, j int) bool { return enums[i].FullName() < enums[j].FullName() })
	sort.Strings(others)
	places := map[protoreflect.FullName]string{}
	for i, md := range messages {
		places[md.FullName()] = fmt.Sprintf("m%d", i)
	}
	for i, ed := range enums {
		places[ed.FullName()] = fmt.Sprintf("e%d", i)
	}
	singular := func(fd protoreflect.FieldDescriptor) string {
		var name protoreflect.FullName
		switch fd.Kind() {
		case protoreflect.MessageKind, protoreflect.GroupKind:
			name = fd.Message().FullName()
		case protoreflect.EnumKind:
			name = fd.Enum().FullName()
		default:
			return scalars[fd.Kind()]
		}
		if place, ok := places[name]; ok {
			return place
		}
		return "unknown"
	}
	fieldsOf := func(md protoreflect.MessageDescriptor) string {
		var fields []string
		for i := 0; i < md.Fields().Len(); i++ {
			fd := md.Fields().Get(i)
			kind := singular(fd)
			if fd.IsMap() {
				kind = "{" + singular(fd.MapKey()) + "}" + singular(fd.MapValue())
			} else if fd.IsList() {
				kind = "[]" + kind
			}
			// A number, text or enum that is told from an absent one even where it is zero.
			told := ""
			if fd.Message() == nil && fd.HasPresence() {
				told = "?"
			}
			fields = append(fields, string(fd.Name())+told+":"+kind)
		}
		return strings.Join(fields, ",")
	}
	lines := func(list []string) string { return "[\n" + strings.Join(list, ",\n") + "\n]" }
	line := func(parts ...string) string {
		text, err := json.Marshal(parts)
		if err != nil {
			panic(err)
		}
		return string(text)
	}
	var messageLines, enumLines []string
	for _, md := range messages {
		messageLines = append(messageLines, line(string(md.FullName()), fieldsOf(md)))
	}
	for _, ed := range enums {
		var values []string
		for i := 0; i < ed.Values().Len(); i++ {
			values = append(values, string(ed.Values().Get(i).Name()))
		}
		enumLines = append(enumLines, line(string(ed.FullName()), strings.Join(values, ",")))
	}
	fmt.Fprintf(os.Stdout, "{\n\"messages\": %s,\n\"enums\": %s,\n\"others\": %s\n}\n",
		lines(messageLines), lines(enumLines), line(others...))
}
