export { Field, textsIn } from "@/lib/yaml/field";
