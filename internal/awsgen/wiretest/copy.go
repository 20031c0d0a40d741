package wiretest

import (
	"reflect"
	"strings"
	"time"
)

// Copy copies src into dst, a value that can be set, between a generated struct
// and an SDK's struct of the same shape, either way: fields by their names,
// pointers and values as the other side wants them. Fields that dst lacks are
// left out. unions are the concrete types of the SDK's union interfaces.
func Copy(dst, src reflect.Value, unions []reflect.Type) {
	switch {
	case src.Kind() == reflect.Interface:
		if !src.IsNil() {
			fromUnion(dst, src.Elem(), unions)
		}
	case src.Kind() == reflect.Pointer:
		if !src.IsNil() {
			Copy(dst, src.Elem(), unions)
		}
	case dst.Kind() == reflect.Pointer:
		if (src.Kind() == reflect.String || src.Kind() == reflect.Bool) && src.IsZero() {
			return // SDKs have enums and some booleans without pointers, absent when zero
		}
		dst.Set(reflect.New(dst.Type().Elem()))
		Copy(dst.Elem(), src, unions)
	case dst.Kind() == reflect.Interface:
		toUnion(dst, src, unions)
	case src.Type() == reflect.TypeFor[time.Time]():
		dst.Set(src)
	case dst.Kind() == reflect.Struct:
		for i := range dst.NumField() {
			name := dst.Type().Field(i).Name
			if f := src.FieldByName(name); f.IsValid() && dst.Type().Field(i).IsExported() {
				Copy(dst.Field(i), f, unions)
			}
		}
	case dst.Kind() == reflect.Slice:
		if !src.IsNil() {
			dst.Set(reflect.MakeSlice(dst.Type(), src.Len(), src.Len()))
			for i := range src.Len() {
				Copy(dst.Index(i), src.Index(i), unions)
			}
		}
	case dst.Kind() == reflect.Map:
		if !src.IsNil() {
			dst.Set(reflect.MakeMap(dst.Type()))
			for it := src.MapRange(); it.Next(); {
				elem := reflect.New(dst.Type().Elem()).Elem()
				Copy(elem, it.Value(), unions)
				dst.SetMapIndex(it.Key().Convert(dst.Type().Key()), elem)
			}
		}
	default:
		dst.Set(src.Convert(dst.Type()))
	}
}

// toUnion makes the union member that src, a struct with one field set, has: of
// the type whose name ends with Member and the field's name.
func toUnion(dst, src reflect.Value, unions []reflect.Type) {
	for i := range src.NumField() {
		if src.Field(i).IsNil() {
			continue
		}
		for _, u := range unions {
			if u.Name() == dst.Type().Name()+"Member"+src.Type().Field(i).Name {
				p := reflect.New(u)
				Copy(p.Elem().FieldByName("Value"), src.Field(i), unions)
				dst.Set(p)
				return
			}
		}
	}
}

func fromUnion(dst, src reflect.Value, unions []reflect.Type) {
	src = reflect.Indirect(src)
	_, member, _ := strings.Cut(src.Type().Name(), "Member")
	if dst.Kind() == reflect.Pointer {
		dst.Set(reflect.New(dst.Type().Elem()))
		dst = dst.Elem()
	}
	Copy(dst.FieldByName(member), src.FieldByName("Value"), unions)
}
